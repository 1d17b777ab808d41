"""Reads the output of go test -json: prints what failed, why each skipped test was skipped, and the counts."""
import json
import sys

counts, said = {}, {}
for line in open(sys.argv[1]):
    e = json.loads(line)
    key = (e.get("Package"), e.get("Test"))
    if e["Action"] in ("output", "build-output"):
        said.setdefault(key, []).append(e["Output"])
        continue
    if e["Action"] == "fail":
        print("".join(said.get(key, [])), end="")
    if key[1] is None or e["Action"] not in ("pass", "fail", "skip"):
        continue
    counts[e["Action"]] = counts.get(e["Action"], 0) + 1
    if e["Action"] == "skip":
        why = [s.strip() for s in said.get(key, []) if not s.strip().startswith(("=== ", "--- "))]
        print("skipped", key[1], "-", " ".join(why))
print("%d passed, %d failed, %d skipped" % tuple(counts.get(a, 0) for a in ("pass", "fail", "skip")))
