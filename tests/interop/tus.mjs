// npm `tus-js-client` brings files: reads {"url", "metadata", "file", "part", "stops"} from its input. It stops of its own
// accord after so many bytes, so often, and each time another upload goes on from the address alone, as after a new start.
import { createReadStream, readFileSync, statSync } from "node:fs";
import { Upload } from "tus-js-client";

const task = JSON.parse(readFileSync(0, "utf8"));
const size = statSync(task.file).size;
const found = { starts: 0, failures: 0, creations: 0 };
let address = null;

function once(stopAfter) {
  return new Promise((resolve, reject) => {
    let from = null;
    const upload = new Upload(createReadStream(task.file), {
      endpoint: task.url,
      uploadUrl: address,
      uploadSize: size,
      chunkSize: task.part,
      headers: { "Upload-Metadata": task.metadata },
      retryDelays: Array(40).fill(250),
      onBeforeRequest: (request) => {
        if (request.getMethod() === "POST") found.creations += 1;
      },
      onShouldRetry: () => {
        found.failures += 1;
        return true;
      },
      onProgress: (sent) => {
        address = upload.url ?? address;
        from ??= sent;
        if (stopAfter && address && sent - from >= stopAfter) upload.abort().then(() => resolve(false), reject);
      },
      onSuccess: () => resolve(true),
      onError: reject,
    });
    upload.start();
  });
}

let whole = false;
while (!whole) {
  whole = await once(found.starts < task.stops ? size / (task.stops + 2) : 0);
  found.starts += 1;
}
process.stdout.write(JSON.stringify({ ...found, address }));
