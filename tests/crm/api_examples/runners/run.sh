# Reads each piece of a folder in a shell of its own, and writes beside it what it said.
for piece in "$1"/*.sh; do
    (. "$piece") >"$piece.said" 2>&1
done
