// Imports each module of a folder, and writes beside it what it said.
import { readdirSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
for (const piece of readdirSync(folder).filter((name) => name.endsWith(".mjs")).sort()) {
  const said = [];
  console.log = (...words) => said.push(words.join(" "));
  await import(pathToFileURL(`${folder}/${piece}`)).catch((error) => said.push(error.stack));
  writeFileSync(`${folder}/${piece}.said`, said.join("\n"));
}
