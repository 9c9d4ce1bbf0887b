// The API reference: Swagger UI on our own schema. Keys typed in stay in this page's memory.
"use strict";

const reference = document.getElementById("reference");

// Swagger UI is dark by a class; who chose a theme has it on the root, everybody else what their system has.
const darkSystem = window.matchMedia("(prefers-color-scheme: dark)");
function colour() {
  const root = document.documentElement;
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : darkSystem.matches;
  root.classList.toggle("dark-mode", isDark);
}
colour();
darkSystem.addEventListener("change", colour);

document.querySelector("[data-origin]").textContent = window.location.origin;

window.SwaggerUIBundle({
  url: reference.dataset.schema,
  domNode: reference,
  deepLinking: true,
  docExpansion: "list",
  filter: true,
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
  plugins: [window.codeSamples(reference.dataset)],
});
