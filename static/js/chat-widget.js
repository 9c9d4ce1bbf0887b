/* The chat on a shop's site, by one line in its pages:

     <script src="https://crm.shop.example/static/js/chat-widget.js" data-key="…" defer></script>

   Who is signed in at the shop is told by data-customer, data-until and data-proof: see docs/channels.md. The shop's
   Content-Security-Policy needs our address in script-src and frame-src; nothing else, and no inline style. */
"use strict";
(() => {
  const script = document.currentScript;
  if (!script || !script.dataset.key) return;

  const WORDS = { bg: ["Пишете ни", "Затваряне на чата"], ru: ["Напишите нам", "Закрыть чат"], en: ["Write to us", "Close the chat"] };
  const house = new URL(script.src).origin;
  const language = (script.dataset.language || document.documentElement.lang || "en").slice(0, 2).toLowerCase();
  const [open, close] = WORDS[language] || WORDS.en;
  const proof = new URLSearchParams();
  for (const name of ["customer", "until", "proof"]) if (script.dataset[name]) proof.set(name, script.dataset[name]);
  const source = `${house}/chat/${encodeURIComponent(script.dataset.key)}/?language=${language}${String(proof) && `#${proof}`}`;

  const dress = (element, style) => Object.assign(element.style, style);
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = open;
  button.setAttribute("aria-expanded", "false");
  dress(button, {
    position: "fixed", insetBlockEnd: "16px", insetInlineEnd: "16px", zIndex: "2147483000", minHeight: "48px",
    padding: "0 20px", border: "0", borderRadius: "24px", background: script.dataset.colour || "#2f4fc0", color: "#fff",
    font: "600 16px/1 system-ui, sans-serif", cursor: "pointer", boxShadow: "0 6px 24px -6px rgb(0 0 0 / .4)",
  });
  let frame = null;

  function make() {
    frame = document.createElement("iframe");
    frame.src = source;
    frame.title = open;
    dress(frame, {
      position: "fixed", insetBlockEnd: "76px", insetInlineEnd: "16px", zIndex: "2147483000", width: "min(24rem, calc(100vw - 32px))",
      height: "min(36rem, calc(100dvh - 96px))", border: "0", borderRadius: "12px", boxShadow: "0 12px 48px -12px rgb(0 0 0 / .5)",
      background: "Canvas",
    });
    document.body.append(frame);
  }

  function turn(isOpen) {
    if (isOpen && !frame) make();
    frame.hidden = !isOpen;
    frame.style.display = isOpen ? "block" : "none";
    button.textContent = isOpen ? close : open;
    button.setAttribute("aria-expanded", String(isOpen));
    (isOpen ? frame : button).focus();
  }

  button.addEventListener("click", () => turn(!frame || frame.hidden));
  // Many browsers keep nothing for a frame of another site: the conversation is found again by what is kept here.
  const kept = `veren-chat-${script.dataset.key}`;
  const keep = (token) => {
    try {
      localStorage.setItem(kept, token);
    } catch {
      // A browser that keeps nothing at all forgets the conversation with its page.
    }
  };
  const remembered = () => {
    try {
      return localStorage.getItem(kept) || "";
    } catch {
      return "";
    }
  };
  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== house) return;
    const told = event.data;
    if (told.veren === "chat-close") turn(false);
    if (told.veren === "chat-token") keep(String(told.token));
    if (told.veren === "chat-ready") frame.contentWindow.postMessage({ veren: "chat-token", token: remembered() }, house);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && frame && !frame.hidden) turn(false);
  });
  document.body.append(button);
})();
