"""What happens, told to a shop's own systems: signed requests by the Standard Webhooks specification, from the feed.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

Read in this order: payloads (what is told), describing (what that looks like, for the contract), signing (who tells),
subscribing (whom), queueing (the feed, read on for each address from its own cursor), sending (whose turn it is, and
what becomes of an attempt), asking_again, forgetting; then tasks, which does it all the time.
Words: an *address* is a subscription (models.Webhook); a *delivery* is one thing on its way to one address; an
*attempt* is one request. An address is *paused* by a colleague and *disabled* by the house.

At least once, and in order for each customer: a later delivery waits for the earlier. Nothing here rests on the broker:
cursors and deliveries are rows, a claim is a lease that ends by itself when its worker dies. An address that fails is
knocked at by one request at a time, after growing pauses, and never takes more than half of what the house can send.
"""
