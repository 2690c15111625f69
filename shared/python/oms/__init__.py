"""Holdfast: the order management system.

A reader finds the business in `orders`, `inventory`, `sourcing`, `payments`,
`ledger` and `support`; the partners in `partners`; the edges in `contracts`,
`aws`, `runtime` and `wiring`. `kernel` is the vocabulary all of them share.
"""
