"""What Segplatform does not have yet, and the advisories that will concern it."""

NOT_HERE = {
    "connections to databases": "CVE-2026-59826",
    "addresses that the server opens (webhooks, import from a link)": (
        "CVE-2021-41277 CVE-2026-22805 CVE-2023-36388 CVE-2023-25504 CVE-2022-36551 "
        "CVE-2023-47116 CVE-2021-41972 CVE-2021-44451"
    ),
    "public links to results": "CVE-2026-72899",
    "sign-in by another service": "CVE-2022-39360",
    "queries with parameters": "CVE-2026-42093",
    "notifications to many": "CVE-2022-21683",
}
