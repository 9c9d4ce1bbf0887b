/* The till without a connection: keeps one page and what it needs, and shows it where another cannot be reached.
   What is kept stands below as Base64 of JSON, so that no address can break out of its quotes. */
"use strict";
const KEPT = JSON.parse(atob("{{ kept }}"));
const STORE = "till-{{ digest }}";
const PAGE = KEPT[0];

// A page behind a door that is shut is not kept: that would be the door.
const fetched = (address) => fetch(address, { redirect: "error", cache: "no-cache" });

async function keep() {
  const store = await caches.open(STORE);
  await Promise.all(KEPT.map(async (address) => {
    const answer = await fetched(address);
    if (!answer.ok) throw new Error(`${answer.status}`);
    await store.put(address, answer);
  }));
}

async function forgetOlder() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("till-") && name !== STORE).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function page(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected && new URL(request.url).pathname === PAGE) {
      await (await caches.open(STORE)).put(PAGE, answer.clone());
    }
    return answer;
  } catch (unreachable) {
    const kept = await caches.match(PAGE);
    if (kept) return kept;
    throw unreachable;
  }
}

async function part(request) {
  try {
    return await fetch(request);
  } catch (unreachable) {
    const kept = await caches.match(new URL(request.url).pathname);
    if (kept) return kept;
    throw unreachable;
  }
}

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(forgetOlder()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (KEPT.includes(new URL(request.url).pathname)) event.respondWith(part(request));
});
