"""Sends one request after the other and prints the seconds of each: `python -m bench.requests URL TOKEN N QUERY`."""

import sys
import time

import httpx

PAUSE_SECONDS = 0.002


def main(address: str, token: str, count: int, query: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/graphql-response+json"}
    with httpx.Client(base_url=address, headers=headers, timeout=60) as http:
        for number in range(count + 50):
            began = time.perf_counter()
            answer = http.post("/api", json={"query": query}).json()
            seconds = time.perf_counter() - began
            assert "errors" not in answer, answer
            if number >= 50:
                print(seconds)
            time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
