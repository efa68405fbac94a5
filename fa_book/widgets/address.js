// State in the page's address: #fa-NAME=… holds JSON in base64url. What comes from there is checked field by field.

const encode = (state) =>
  btoa(JSON.stringify(state)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const decode = (text) => JSON.parse(atob(text.replaceAll("-", "+").replaceAll("_", "/")));

const parts = () => location.hash.slice(1).split("&").filter(Boolean);

/** The state that the address holds under a key: { state } with accepted values only, { problem: true }, or {}. */
export function readAddress(key, fields) {
  const part = parts().find((text) => text.startsWith(`${key}=`));
  if (part === undefined) return {};
  try {
    const given = Object.entries(decode(part.slice(key.length + 1)));
    const good = given.every(([name, value]) => Object.hasOwn(fields, name) && fields[name].accepts(value));
    return good && given.length ? { state: Object.fromEntries(given) } : { problem: true };
  } catch {
    return { problem: true };
  }
}

/** Put a state into the address without a new entry in the history; other widgets' states stay. */
export function writeAddress(key, state) {
  const others = parts().filter((text) => text.startsWith("fa-") && !text.startsWith(`${key}=`));
  history.replaceState(null, "", `#${[...others, `${key}=${encode(state)}`].join("&")}`);
}
