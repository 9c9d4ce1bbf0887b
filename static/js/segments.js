/* While a segment is built, the server counts whom its conditions find: see templates/crm/segments/form.html. */
"use strict";
(() => {
  const PAUSE = 700; // milliseconds without a change; longer than conditions.js takes to write the tree

  function watch(form) {
    const box = form.querySelector("[data-counted]");
    const failed = form.querySelector("[data-count-failed]").content.textContent;
    let waiting;
    let counted;
    const ask = async () => {
      const tree = form.elements.conditions.value;
      if (tree === counted) return;
      counted = tree;
      box.setAttribute("aria-busy", "true");
      try {
        const answer = await fetch(form.dataset.countAt, {
          method: "POST",
          body: new URLSearchParams({ tree }),
          headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
        });
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        const text = await answer.text();
        if (tree === counted) box.innerHTML = text;
      } catch {
        box.textContent = failed;
        counted = undefined;
      }
      box.removeAttribute("aria-busy");
    };
    const soon = () => {
      clearTimeout(waiting);
      waiting = setTimeout(ask, PAUSE);
    };
    for (const event of ["input", "change", "click"]) form.addEventListener(event, soon);
    soon();
  }

  function start() {
    for (const form of document.querySelectorAll("[data-segment]")) watch(form);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
