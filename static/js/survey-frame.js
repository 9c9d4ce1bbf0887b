/* A survey in a frame on a shop's page: the key that closes it is pressed in here, and heard out there. */
"use strict";
(() => {
  if (parent === window) return;
  document.addEventListener("keydown", (event) => {
    // Nothing of anybody's is told, so whoever holds the frame may hear it.
    if (event.key === "Escape") parent.postMessage({ veren: "survey-close" }, "*");
  });
})();
