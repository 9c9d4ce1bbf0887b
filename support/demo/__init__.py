"""The demo's chapter about the desk: who answers, what is promised, two weeks of conversations, and this morning."""
