"""What becomes of what people say: the unhappy are called, what is wrong is changed, and those who said it hear of it.

Read in this order: recovering (an unhappy answer, somebody's call, and whether it helped), again (they are asked once
more), recovery_figures, issues (what feedback is gathered under), measuring (the figure that is to change), planning
(who does what until when), telling (“you said, we did”).
"""
