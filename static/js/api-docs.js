// The API reference: Swagger UI on our own schema. Keys typed in stay in this page's memory.
"use strict";

const reference = document.getElementById("reference");
window.SwaggerUIBundle({
  url: reference.dataset.schema,
  domNode: reference,
  deepLinking: true,
  docExpansion: "list",
  filter: true,
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
});
