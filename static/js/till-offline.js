/* The till without a connection: what is entered is signed, kept in this browser, and told once there is one.

   data-offline-worker    the address of the service worker that keeps the page
   data-offline-replays   where what was kept is told, one by one
   The server knows each by its key: what is told twice is kept once. What it refuses stays here with its reason. */
"use strict";
(() => {
  const KEPT = "veren-till-kept";
  const KEY = "veren-till-key";
  const AGAIN = 30000; // milliseconds until a connection is tried again
  const SOON = 86400000; // a key that ends within a day is renewed while there is a connection
  const till = document.querySelector("[data-offline-worker]");
  if (!till || !window.crypto || !crypto.subtle) return;
  const one = (name) => document.querySelector(`[data-offline-${name}]`);
  const form = one("form");
  let telling = false;

  function read(name, otherwise) {
    try { return JSON.parse(localStorage.getItem(name)) || otherwise; } catch { return otherwise; }
  }
  const kept = () => read(KEPT, []);
  const write = (name, value) => localStorage.setItem(name, JSON.stringify(value));
  function change(key, news) {
    write(KEPT, kept().map((its) => (its.key === key ? { ...its, ...news } : its)));
  }

  /* The key of this browser */
  const isGood = (key, shop) => key && key.shop === shop && Date.parse(key.ends_at) > Date.now();

  async function equip() {
    const key = read(KEY, null);
    if (isGood(key, form.dataset.shop) && Date.parse(key.ends_at) > Date.now() + SOON) return;
    const answer = await fetch(form.dataset.equip, {
      method: "POST", redirect: "error", headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
    }).catch(() => null);
    if (answer && answer.ok) write(KEY, await answer.json());
  }

  async function sign(key, told) {
    const words = new TextEncoder();
    const how = { name: "HMAC", hash: "SHA-256" };
    const secret = await crypto.subtle.importKey("raw", words.encode(key), how, false, ["sign"]);
    const signed = await crypto.subtle.sign("HMAC", secret, words.encode(told));
    return [...new Uint8Array(signed)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function keep(event) {
    event.preventDefault();
    const key = read(KEY, null);
    if (!isGood(key, form.dataset.shop)) return ready();
    const said = (name) => (form.elements[name] ? form.elements[name].value.trim() : "");
    const sale = {
      key: crypto.randomUUID(), who: said("who"), amount: said("amount"), receipt: said("receipt"),
      points: Number(said("points")) || 0, sold_at: new Date().toISOString(),
    };
    const told = JSON.stringify(sale);
    const signature = await sign(key.key, told);
    write(KEPT, [...kept(), { key: sale.key, device: key.device, told, signature, state: "waiting", said: "" }]);
    form.reset();
    form.elements.who.focus();
    draw();
    tell();
  }

  /* Telling */
  async function tell() {
    if (telling) return;
    telling = true;
    try {
      for (const its of kept().filter((each) => each.state === "waiting")) if (!(await tellOne(its))) break;
    } finally {
      telling = false;
      draw();
    }
  }

  // False: nobody answered who can say whether it is kept. Then the rest waits too.
  async function tellOne({ key, device, told, signature }) {
    const answer = await fetch(till.dataset.offlineReplays, {
      method: "POST", redirect: "error", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ device, told, signature }),
    }).catch(() => null);
    if (!answer || answer.status >= 500 || answer.status === 429) return false;
    if (answer.ok) {
      write(KEPT, kept().filter((its) => its.key !== key));
      const words = one("told");
      if (words) words.hidden = false;
      return true;
    }
    const why = await answer.json().catch(() => null);
    if (!why) return false;
    change(key, { state: "refused", said: why.said });
    return true;
  }

  /* Showing */
  function draw() {
    const all = kept();
    const open = all.filter((its) => its.state !== "aside").length;
    const link = one("waiting");
    if (link) {
      link.hidden = !open;
      one("count").textContent = open;
    }
    const list = one("list");
    if (!list) return;
    list.replaceChildren(...[...all].reverse().map(row));
    one("none").hidden = all.length > 0;
    one("send").hidden = !all.some((its) => its.state === "waiting");
  }

  function row(its) {
    const drawn = one("row").content.cloneNode(true).firstElementChild;
    const sale = JSON.parse(its.told);
    const part = (name) => drawn.querySelector(`[data-part=${name}]`);
    part("amount").textContent = sale.amount;
    part("who").textContent = `…${sale.who.slice(-4)}`;
    part("when").textContent = new Date(sale.sold_at).toLocaleString(document.documentElement.lang);
    part("said").textContent = its.said;
    for (const state of ["waiting", "refused", "aside"]) part(state).hidden = its.state !== state;
    const again = drawn.querySelector("[data-offline-again]");
    const aside = drawn.querySelector("[data-offline-aside]");
    again.hidden = its.state === "waiting";
    aside.hidden = its.state !== "refused";
    again.addEventListener("click", () => { change(its.key, { state: "waiting", said: "" }); draw(); tell(); });
    aside.addEventListener("click", () => { change(its.key, { state: "aside" }); draw(); });
    return drawn;
  }

  function ready() {
    const good = isGood(read(KEY, null), form.dataset.shop);
    one("keep").disabled = !good;
    one("unready").hidden = good;
  }

  if ("serviceWorker" in navigator) navigator.serviceWorker.register(till.dataset.offlineWorker).catch(() => {});
  if (form) {
    form.addEventListener("submit", keep);
    one("send").addEventListener("click", tell);
    equip().then(ready);
  }
  window.addEventListener("online", tell);
  setInterval(tell, AGAIN);
  draw();
  tell();
})();
