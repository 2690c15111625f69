"""Commands on payments: intent first, then the gateway, then one transaction."""
