export const largest_bytes = 20 * 1024 * 1024;
export const HEIC = /(\.|image\/)(heic|heif|hif|avif)$/i;

const most_pixels = 12_000_000;
const worthLooking_bytes = 2 * 1024 * 1024;

/** Draws a photo smaller that has more pixels than anybody will see, so that it arrives sooner. Others stay as they are. */
export async function fit(file: File): Promise<Blob> {
  if (file.size < worthLooking_bytes || !/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.sqrt(most_pixels / (picture.width * picture.height));
    if (scale >= 1) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const pen = canvas.getContext("2d");
    if (!pen) return file;
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const smaller = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    return smaller && smaller.size < file.size ? smaller : file;
  } catch {
    return file; // the server says what is wrong with it
  }
}
