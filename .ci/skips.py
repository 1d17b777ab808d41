"""Counts the tests in the output of go test -json, and says why each skipped one was."""
import json
import sys

counts, said = {}, {}
for line in open(sys.argv[1]):
    e = json.loads(line)
    if "Test" not in e:
        continue
    key = (e["Package"], e["Test"])
    if e["Action"] == "output":
        said.setdefault(key, []).append(e["Output"])
    elif e["Action"] in ("pass", "fail", "skip"):
        counts[e["Action"]] = counts.get(e["Action"], 0) + 1
        if e["Action"] == "skip":
            why = [s.strip() for s in said.get(key, []) if not s.startswith(("=== ", "--- "))]
            print("skipped", e["Test"], "-", " ".join(why))
print("%d passed, %d failed, %d skipped" % tuple(counts.get(a, 0) for a in ("pass", "fail", "skip")))
