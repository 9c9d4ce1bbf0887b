"""What stands on a dashboard: periods and what they are compared with, charts, the words beside them."""
