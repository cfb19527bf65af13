"""What all pages of the provider stand on: cookies, and values that become HTML."""
