"""`/api/v1/`: what shops' systems ask and tell.

Read in this order: views (what every address does the same way), then a resource, say orders. Each says in
`operations` who may do what, in which shape, and why it may be refused; the schema is made from that.
"""
