"""Programs for developers: run the product, test it, measure it. No part of the product."""
