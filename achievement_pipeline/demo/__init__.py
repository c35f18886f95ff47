"""The world of `achievements demo`: repositories, and the servers that go with them."""
