"""Orders: capture, release, shipment and cancellation. The heartbeat."""
