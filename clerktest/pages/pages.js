// ClerkJS puts where it wants to go back to into the fragment, as for a page that routes by it; servers see only the query.
const at = location.hash.indexOf("?");
if (at >= 0 && location.hash.startsWith("#/")) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of new URLSearchParams(location.hash.slice(at + 1))) query.set(name, value);
  location.replace(location.pathname + "?" + query);
}
