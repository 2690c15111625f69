"""Planning the fulfilment of an order."""
