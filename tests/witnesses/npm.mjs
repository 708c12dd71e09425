// What two readers from npm find in the three formats: node npm.mjs BASE_ADDRESS. Prints {"reader format": [entry, ...]}.
import { createRequire } from "node:module";

const require = createRequire(process.env.NODE_PATH + "/");
const Parser = require("rss-parser");
const { parseFeed } = require("feedsmith");

const base = process.argv[2];
const text = async (name) => (await fetch(base + name)).text();
const instant = (date) => new Date(date).toISOString().replace(/\.\d+Z$/, "Z");
const found = {};

const parser = new Parser({ customFields: { item: ["author", "dc:creator"] } });
for (const name of ["atom.xml", "rss.xml"]) {
  const { items } = await parser.parseString(await text(name));
  found[`rss-parser ${name}`] = items.map((item) => ({
    id: item.id ?? item.guid,
    title: item.title,
    link: item.link,
    published: instant(item.isoDate),
    author: item["dc:creator"] ?? item.author?.name?.[0] ?? item.author ?? "",
    content: item["content:encoded"] ?? item.content,
  }));
}

for (const name of ["atom.xml", "rss.xml", "feed.json"]) {
  const { feed } = parseFeed(await text(name));
  found[`feedsmith ${name}`] = (feed.items ?? feed.entries ?? []).map((item) => ({
    id: item.id ?? item.guid.value,
    title: item.title?.value ?? item.title,
    link: item.url ?? item.link ?? item.links.find((link) => !link.rel || link.rel === "alternate").href,
    published: instant(item.date_published ?? item.published ?? item.pubDate),
    author: item.authors?.[0]?.name ?? item.dc?.creators?.[0] ?? "",
    content: item.content_html ?? item.content?.encoded ?? item.content?.value ?? item.content,
  }));
}

console.log(JSON.stringify(found));
