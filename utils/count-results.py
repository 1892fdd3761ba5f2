#!/usr/bin/env python3
"""count-results.py LIT.json CTEST.xml: prints `N passed, N failed, N skipped` over both; fails if something failed or nothing ran."""
import json
import sys
import xml.etree.ElementTree


def main(lit_path, ctest_path):
    passed = failed = skipped = 0
    with open(lit_path) as file:
        for test in json.load(file)["tests"]:
            if test["code"] in ("PASS", "XFAIL", "FLAKYPASS"):
                passed += 1
            elif test["code"] in ("UNSUPPORTED", "SKIPPED", "EXCLUDED"):
                skipped += 1
                print(f"skipped: {test['name']}")
            else:
                failed += 1
                print(f"failed: {test['name']}")
    for case in xml.etree.ElementTree.parse(ctest_path).getroot().iter("testcase"):
        status = case.get("status")
        if status == "run":
            passed += 1
        elif status in ("notrun", "disabled"):
            skipped += 1
            print(f"skipped: {case.get('name')}")
        else:
            failed += 1
            print(f"failed: {case.get('name')}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
