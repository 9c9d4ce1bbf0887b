"""The demo's chapter about points: the club of «Липа», what its members earned, and two stories."""
