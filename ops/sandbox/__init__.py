"""The partner sandbox: Stripe, AvaTax and Accertify on loopback HTTP, with a record of their own effects.

    python -m ops.sandbox --port 8471 [--journal effects.jsonl]

Base URLs: http://127.0.0.1:PORT/stripe, …/avalara, …/accertify. Any `sk_test_…` key, and any
Basic user and password that are not empty, are let in.

What to send to see what happens
- Stripe, `payment_method`: any `pm_…` is good, except
  pm_card_chargeDeclined, pm_card_insufficientFunds, pm_card_expiredCard (declined),
  pm_card_authenticationRequired (requires_action), pm_card_noMulticapture (one capture only),
  pm_card_authorizationExpired (authorizes; each capture answers that the hold has expired),
  pm_card_captureFailsAtFirst (authorizes; the first capture of it is declined, all others are not),
  pm_card_refundFail (captures; each refund fails),
  pm_card_refundFailsAtFirst (captures; the first refund fails, all others do not).
- AvaTax: rates by country and region (see `rates`); tax code NT is free of tax.
- Accertify, by the part of the e-mail address before `@` and before any `+`:
  review, reject, unknown (a word outside the vocabulary), error (an ERROR document);
  or an order total of 50,000.00 or more (REVIEW). Everybody else is accepted.

Control
- GET  /_sandbox/health     {"status": "ok"}
- GET  /_sandbox/effects    what took effect, per partner: see `effects` in stripe, avalara, accertify
- POST /_sandbox/faults     a list of faults, see `faults`; GET lists what is left;
                            DELETE clears, with ?match=… those of that `match`
- GET  /_sandbox/struck     the requests that met a fault, oldest first; ?match=… those of one fault's `match`
- POST /_sandbox/authentications  a customer has acted: {"payment_intent": "pi_…", "passed": true}
- POST /_sandbox/reset      forget everything
"""
