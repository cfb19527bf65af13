// Shows which part of a chosen picture will be kept, and lets people choose it: with sliders and
// buttons, or by dragging. The server cuts; without this file it takes the middle.

for (const field of document.querySelectorAll("[data-picture]")) {
  const part = (name) => field.querySelector(`[data-picture-${name}]`);
  const input = field.querySelector("input[type=file]");
  const canvas = part("preview");
  const sliders = Object.fromEntries(["zoom", "x", "y"].map((name) => [name, field.querySelector(`[id$="crop-${name}"]`)]));
  let picture = null;

  const aspect = canvas.width / canvas.height;

  // A logo lies whole in the middle of a white ground; of other pictures a part is cut out.
  const ground = () => {
    const { width, height } = picture;
    if (!("pictureWhole" in field.dataset)) return { width, height };
    return { width: Math.max(width, height * aspect), height: Math.max(height, width / aspect) };
  };

  // The same part as the server's `Crop.box`.
  const frame = () => {
    const { width, height } = ground();
    const wide = Math.min(width, height * aspect) / (sliders.zoom.value / 100);
    const high = wide / aspect;
    const [across, down] = [width - wide, height - high];
    return {
      wide, high, across, down,
      left: (sliders.x.value / 100) * across - (width - picture.width) / 2,
      top: (sliders.y.value / 100) * down - (height - picture.height) / 2,
    };
  };

  const draw = () => {
    const { wide, high, left, top } = frame();
    const context = canvas.getContext("2d");
    context.fillStyle = "white";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, left, top, wide, high, 0, 0, canvas.width, canvas.height);
  };

  const show = (isShown) => {
    canvas.hidden = part("crop").hidden = !isShown;
    part("now").hidden = isShown;
  };

  const choose = async () => {
    const [file] = input.files;
    part("error").hidden = part("unreadable").hidden = true;
    show(false);
    if (!file) return;
    if (file.size > Number(field.dataset.bytesMax)) {
      part("error").hidden = false;
      input.value = "";
      return;
    }
    try {
      picture = await createImageBitmap(file);
    } catch {
      part("unreadable").hidden = false;
      input.value = "";
      return;
    }
    [sliders.zoom.value, sliders.x.value, sliders.y.value] = [100, 50, 50];
    draw();
    show(true);
  };

  const move = (slider, value) => {
    slider.value = value;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  };

  input.addEventListener("change", choose);
  for (const slider of Object.values(sliders)) slider.addEventListener("input", draw);
  for (const button of field.querySelectorAll("[data-step]")) {
    const slider = document.getElementById(button.dataset.for);
    const step = (slider.max - slider.min) / 20;
    button.addEventListener("click", () => move(slider, Number(slider.value) + step * button.dataset.step));
  }
  for (const button of field.querySelectorAll("[data-without-scripts]")) button.hidden = true;

  // From where a drag began: single steps would be rounded away.
  let grip = null;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    grip = { left: event.clientX, top: event.clientY, x: Number(sliders.x.value), y: Number(sliders.y.value) };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    const { wide, across, down } = frame();
    const scale = (100 * wide) / canvas.clientWidth;
    if (across > 0) move(sliders.x, grip.x - ((event.clientX - grip.left) * scale) / across);
    if (down > 0) move(sliders.y, grip.y - ((event.clientY - grip.top) * scale) / down);
  });

  // After going back in history a browser may still hold the file.
  choose();
}
