"""The payment of an order as a value, its machines and its laws. Pure."""
