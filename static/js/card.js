// The mobile card: a new code every half a minute. Without a connection the last one stays, and the page says so.
"use strict";

const place = document.querySelector("[data-card-code]");
const counting = document.querySelector("[data-card-counting]");

if (place && counting) {
  const offline = document.querySelector("[data-card-offline]");
  const drawing = place.querySelector("svg");
  let endsAt = performance.now() + 1000 * Number(place.dataset.seconds);
  let isAsking = false;

  const show = (card) => {
    drawing.setAttribute("viewBox", `0 0 ${card.size} ${card.size}`);
    drawing.querySelector("path").setAttribute("d", card.path);
    document.querySelector("[data-card-text]").textContent = card.text;
    document.querySelector("[data-card-balance]").textContent = card.balance;
    endsAt = performance.now() + 1000 * card.seconds;
  };

  const renew = async () => {
    isAsking = true;
    try {
      const answer = await fetch(place.dataset.cardCode, { cache: "no-store", credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.json());
      offline.hidden = true;
    } catch {
      offline.hidden = false;
      endsAt = performance.now() + 5000;
    } finally {
      isAsking = false;
    }
  };

  const tick = () => {
    const left = Math.ceil((endsAt - performance.now()) / 1000);
    document.querySelector("[data-card-seconds]").textContent = String(Math.max(0, left));
    counting.hidden = !offline.hidden;
    if (left <= 0 && !isAsking && !document.hidden) renew();
  };

  tick();
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
}
