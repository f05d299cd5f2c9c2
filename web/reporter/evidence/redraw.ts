// Drawing a picture again from its pixels. Some browsers answer with noise or white where a canvas is read, so that
// nobody is recognised by it (Tor Browser does): there the picture is not drawn again, or it would be spoilt.
import type { Bytes } from "../../protocol/bytes";

const MOST = 16_000_000; // pixels of what is drawn: more, and cheap phones give up
const QUALITY = 0.85;
const TRIED = 32; // pixels of the pattern's side

const canvasOf = (width: number, height: number): [HTMLCanvasElement, CanvasRenderingContext2D] | undefined => {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return context === null ? undefined : [canvas, context];
};

/** Whether what is read from a canvas is what was drawn on it, to the last bit. */
export function isHonest(): boolean {
  const made = canvasOf(TRIED, TRIED);
  if (made === undefined) return false;
  const [, context] = made;
  const wanted = context.createImageData(TRIED, TRIED);
  for (let i = 0; i < wanted.data.length; i++) wanted.data[i] = i % 4 === 3 ? 255 : (i * 167 + (i >> 5) * 29) % 256;
  context.putImageData(wanted, 0, 0);
  const read = context.getImageData(0, 0, TRIED, TRIED).data;
  return read.every((byte, i) => byte === wanted.data[i]);
}

/** Draw it again, upright; smaller where it is very large. Nothing where this browser cannot read it. */
export async function redraw(data: Bytes, media: string): Promise<Bytes | undefined> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(new Blob([data], { type: media }), { imageOrientation: "from-image" });
  } catch {
    return undefined;
  }
  const scale = Math.min(1, Math.sqrt(MOST / (picture.width * picture.height)));
  const made = canvasOf(Math.max(1, Math.floor(picture.width * scale)), Math.max(1, Math.floor(picture.height * scale)));
  if (made === undefined) return undefined;
  const [canvas, context] = made;
  const lossless = media === "image/png";
  if (!lossless) {
    context.fillStyle = "#fff"; // behind what is transparent
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, lossless ? "image/png" : "image/jpeg", QUALITY));
  canvas.width = canvas.height = 0;
  return blob === null ? undefined : new Uint8Array(await blob.arrayBuffer());
}
