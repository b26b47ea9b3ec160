//! What the throw-away decoder does to itself before it opens a foreign file.
