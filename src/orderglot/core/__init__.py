"""What an order is: pure values and rules, with nothing from outside."""
