"""The interface of intake: forms, routes, and who may use them."""
