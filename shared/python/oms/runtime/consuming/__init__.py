"""What contexts and partners do with a shipment. Each is keyed by nature, so an event may come twice."""
