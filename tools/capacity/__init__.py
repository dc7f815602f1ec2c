"""How much the portal takes, how long mails wait then, and what it costs: the tables of docs/capacity.md."""
