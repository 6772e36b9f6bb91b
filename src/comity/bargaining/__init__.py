"""Room of comity; see docs/map.md."""
