"""What an order is and what may happen to it. No AWS, no clock, no chance."""
