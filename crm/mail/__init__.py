"""Mail as it comes, hostile or not: bytes in, plain values out. Pure; nothing is fetched and nothing unpacked.

Read in this order: reading (bytes → Mail; what cannot be read says why), markup and cleaning (HTML that may be shown),
quotes (what they wrote, and what they only quoted), threading (which conversation), loops (what a machine must never
answer, and what bounced), proving (does it come from whom it says).
"""
