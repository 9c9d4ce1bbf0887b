// The window of the chat on a shop's site. It asks for news: often while people talk, seldom in silence, never unseen.
"use strict";
(() => {
  const root = document.querySelector("[data-chat]");
  if (!root) return;

  const SOON = 2500;
  const LATER = 15000;
  const TALKING = 3 * 60 * 1000;
  const AGAIN = 30000; // what was taken, and is not there after that, is sent again: once is once
  const PATIENCE = 400; // for the shop's page to say which token it keeps
  const KEPT = `veren-chat-${root.dataset.chat}`;
  const base = location.pathname;
  const said = root.querySelector("[data-chat-said]");
  const shape = root.querySelector("[data-chat-shape]");
  const choices = root.querySelector("[data-chat-shape-of-choices]");
  const form = root.querySelector("[data-chat-form]");
  const field = form.elements.text;
  const offline = root.querySelector("[data-chat-offline]");
  const refused = root.querySelector("[data-chat-refused]");
  const waiting = new Map(); // key → { text, takenAt }: what the conversation does not hold yet
  const proof = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  let token = "";
  let version = "";
  let talkedAt = 0;
  let timer = 0;
  let isSending = false;

  // Who is signed in at the shop gets a token each time: nothing of theirs stays in a browser that others use.
  const remembered = () => {
    try {
      return proof.proof ? "" : localStorage.getItem(KEPT) || "";
    } catch {
      return "";
    }
  };
  const remember = (text) => {
    if (proof.proof) return;
    tell({ veren: "chat-token", token: text });
    try {
      localStorage.setItem(KEPT, text);
    } catch {
      // Browsers that keep nothing for a frame: the shop's page keeps it for us.
    }
  };
  const tell = (told) => {
    if (parent !== window) parent.postMessage(told, "*"); // only the shop's pages can be our parent: frame-ancestors
  };
  const hear = () => new Promise((resolve) => {
    if (parent === window || proof.proof) return resolve("");
    addEventListener("message", (event) => {
      if (event.source === parent && event.data.veren === "chat-token") resolve(String(event.data.token || ""));
    });
    setTimeout(resolve, PATIENCE, "");
    return tell({ veren: "chat-ready" });
  });

  const ask = async (path, options = {}) => {
    const headers = { ...options.headers, ...(token ? { "X-Chat-Token": token } : {}) };
    const answer = await fetch(`${base}${path}?language=${root.dataset.language}`, {
      ...options, headers, credentials: "omit", cache: "no-store",
    });
    offline.hidden = true;
    return answer;
  };
  const post = (path, body) => ask(path, {
    method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" },
  });

  async function enter() {
    const answer = await post("visitors/", proof.proof ? proof : {});
    if (!answer.ok) {
      await refuse(answer);
      return false;
    }
    token = (await answer.json()).token;
    remember(token);
    return true;
  }

  async function refuse(answer) {
    const told = await answer.json().catch(() => ({}));
    refused.lastElementChild.textContent = told.title || String(answer.status);
    refused.hidden = false;
  }

  function bubble({ key = "", ours = false, text, who = "" }, isWaiting = false) {
    const item = shape.content.firstElementChild.cloneNode(true);
    item.classList.toggle("ours", !ours); // from where the visitor sits
    item.querySelector("p").textContent = text;
    item.querySelector("b").textContent = who;
    item.querySelector("header").hidden = !who;
    item.querySelector("small").hidden = !isWaiting;
    item.dataset.key = key;
    return item;
  }

  // Under the last thing we said, until something is answered. Pressed, a choice is said.
  function offer(messages) {
    const last = messages.at(-1);
    if (!last?.ours || !last.choices?.length || waiting.size) return [];
    const row = choices.content.firstElementChild.cloneNode(true);
    const shaped = row.firstElementChild;
    row.replaceChildren(...last.choices.map((text) => {
      const button = shaped.cloneNode(true);
      button.textContent = text;
      button.addEventListener("click", () => say(text));
      return button;
    }));
    return [row];
  }

  function show(messages) {
    for (const one of messages) waiting.delete(one.key);
    const fresh = messages.map((one) => bubble(one));
    for (const [key, { text, takenAt }] of waiting) fresh.push(bubble({ key, text }, !takenAt));
    said.replaceChildren(said.querySelector("[data-chat-greeting]"), ...fresh, ...offer(messages));
    said.scrollTop = said.scrollHeight;
  }

  async function look() {
    if (!token) return;
    const answer = await ask("messages/", { headers: version ? { "If-None-Match": version } : {} });
    if (answer.status === 403) forget();
    if (!answer.ok) return;
    const isFirst = !version;
    version = answer.headers.get("ETag") || "";
    const { messages } = await answer.json();
    if (!isFirst) talkedAt = Date.now();
    show(messages);
    if (messages.some((one) => one.ours)) await post("reading/", {});
  }

  function forget() {
    token = "";
    version = "";
    remember("");
  }

  async function send() {
    if (isSending) return;
    isSending = true;
    try {
      for (const [key, one] of [...waiting]) {
        if (Date.now() - one.takenAt < AGAIN) continue;
        if (!token && !(await enter())) return;
        const answer = await post("messages/", { id: key, text: one.text });
        if (answer.status === 403) forget();
        if (answer.ok) one.takenAt = Date.now();
        if (answer.ok) continue;
        if (answer.status < 500) waiting.delete(key);
        await refuse(answer);
      }
    } finally {
      isSending = false;
    }
  }

  async function turn() {
    clearTimeout(timer);
    if (!document.hidden) {
      try {
        if (waiting.size) await send();
        await look();
      } catch {
        offline.hidden = false;
      }
    }
    clearTimeout(timer);
    timer = setTimeout(turn, waiting.size || Date.now() - talkedAt < TALKING ? SOON : LATER);
  }

  const newKey = () => [...crypto.getRandomValues(new Uint8Array(12))].map((n) => n.toString(16).padStart(2, "0")).join("");

  function say(text) {
    const key = newKey();
    waiting.set(key, { text, takenAt: 0 });
    said.querySelector("[data-chat-choices]")?.remove();
    said.append(bubble({ key, text }, true));
    said.scrollTop = said.scrollHeight;
    refused.hidden = true;
    talkedAt = Date.now();
    turn();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    say(text);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  root.querySelector("[data-chat-close]").addEventListener("click", () => tell({ veren: "chat-close" }));
  document.addEventListener("visibilitychange", turn);
  root.dataset.listens = "";
  (async () => {
    token = remembered() || (await hear());
    if (!token && proof.proof) await enter().catch(() => {});
    turn();
  })();
})();
