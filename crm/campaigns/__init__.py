"""Something is done for many people at once, and its effect is measured against those whom the lot held out.

Read in this order: errors, kinds (what can be done, a file each), audiences (whom it is about), drafting (what is
written before anything happens), foreseeing (how many, who cannot be reached and why, what it costs, what effect could
show at all), starting (a second person above a limit), running (settle who is in it, then one person at a time),
measuring (what both sides bought), results (what may be concluded from it), playbooks and planning (keeping customers
before they stop).
Words: whom something is done for is *treated*, who is left alone to compare with is *held out*; the share of them is
drawn by lot (crm.drawing). Everybody assigned counts, reached or not: *intention to treat* (crm.measures.lift).
"""
