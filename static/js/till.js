/* The till page: the camera reads codes where the browser can, and a slip is printed. Everything else needs no script.

   data-till-scan     opens the camera; the first code it reads is typed into the form and sent
   data-till-prints   prints the page */
"use strict";
(() => {
  const EVERY = 200; // milliseconds between two looks
  const FORMATS = ["qr_code", "ean_13", "ean_8", "code_128", "code_39"];
  const one = (name) => document.querySelector(`[data-till-${name}]`);

  async function scan(button, form) {
    const video = one("camera");
    let stream = null;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      one("camera-shut").hidden = false;
      return;
    }
    button.hidden = true;
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    const detector = new BarcodeDetector({ formats: FORMATS });
    const look = async () => {
      const codes = await detector.detect(video).catch(() => []);
      if (!codes.length) return setTimeout(look, EVERY);
      stream.getTracks().forEach((track) => track.stop());
      form.elements.who.value = codes[0].rawValue;
      form.requestSubmit();
    };
    look();
  }

  const form = document.querySelector("[data-till-find]");
  if (form && "BarcodeDetector" in window && navigator.mediaDevices) {
    const button = one("scan");
    button.hidden = false;
    one("no-camera").hidden = true;
    button.addEventListener("click", () => scan(button, form));
  }
  const printing = one("prints");
  if (printing) {
    printing.hidden = false;
    printing.addEventListener("click", () => window.print());
  }
})();
