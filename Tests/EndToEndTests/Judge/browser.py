"""JupyterLab in headless Chromium, driven as a person would: login form, launcher, cell, save."""
import shutil
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from report import Failure, expect, wait_for


@contextmanager
def chromium(output):
    """A headless Chromium; its driver's log and the screenshots are kept in the output folder."""
    driver, binary = shutil.which("chromedriver"), shutil.which("chromium")
    expect(driver and binary, "chromium or chromedriver is missing: run scripts/install test")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-proxy-server",
        "--window-size=1400,1000",
    ):
        options.add_argument(argument)
    service = webdriver.ChromeService(executable_path=driver, log_output=str(Path(output) / "chromedriver.log"))
    browser = webdriver.Chrome(options=options, service=service)
    try:
        yield browser
    finally:
        browser.quit()


class Lab:
    """One person's JupyterLab in the browser."""

    def __init__(self, browser, hub, output):
        self.browser = browser
        self.hub = hub
        self.output = Path(output)

    def log_in(self, user, password):
        """Fills in the login form, and waits until JupyterLab shows its launcher."""
        self.browser.get(f"{self.hub}/hub/login?next=%2Fuser%2F{user}%2Flab")
        self.find("#username_input").send_keys(user)
        self.find("#password_input").send_keys(password)
        self.find("#login_submit").click()
        self.find(".jp-LauncherCard")

    def run_in_new_notebook(self, kernel_title, code, output_selector):
        """Opens a notebook from the launcher, runs the code in its first cell, and waits for what it displays."""
        self.find(f'.jp-LauncherCard[data-category="Notebook"][title^="{kernel_title}"]').click()
        # typed too early, the keys are lost: wait until the kernel is there
        self.find('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
        self.find(".jp-Notebook .jp-Cell .cm-content").click()
        webdriver.ActionChains(self.browser).send_keys(code).perform()
        wait_for("the cell to run", self.run_first_cell, interval=2)
        return self.find(f".jp-Notebook {output_selector}")

    def run_first_cell(self):
        """Shift+Enter, unless the cell has run or runs. While the kernel is still being connected JupyterLab drops a
        run without a word: the prompt stays empty, and a person would press the keys again."""
        prompt = self.browser.find_element(By.CSS_SELECTOR, ".jp-Notebook .jp-InputPrompt")
        if prompt.text.strip() not in ("", "[ ]:"):
            return True
        self.find(".jp-Notebook .jp-Cell .cm-content").click()
        keys = webdriver.ActionChains(self.browser).key_down(Keys.SHIFT).send_keys(Keys.ENTER).key_up(Keys.SHIFT)
        keys.perform()
        return False

    def save_as(self, name):
        """Saves by Ctrl+S; JupyterLab asks for a name the first time."""
        webdriver.ActionChains(self.browser).key_down(Keys.CONTROL).send_keys("s").key_up(Keys.CONTROL).perform()
        field = self.find(".jp-Dialog input")
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(name)
        self.find(".jp-Dialog button.jp-mod-accept").click()
        wait_for("the dialog to close", lambda: not self.browser.find_elements(By.CSS_SELECTOR, ".jp-Dialog"))

    def screenshot(self, name):
        path = self.output / name
        self.browser.save_screenshot(str(path))
        return path

    def find(self, selector):
        """Waits for the first element that is seen and can be used. An error that JupyterLab shows ends the wait."""

        def visible():
            try:
                elements = self.browser.find_elements(By.CSS_SELECTOR, selector)
                found = next((element for element in elements if element.is_displayed() and element.is_enabled()), None)
                return found or self.fail_on_error()
            except StaleElementReferenceException:
                return None

        return wait_for(selector, visible)

    def fail_on_error(self):
        for element in self.browser.find_elements(By.CSS_SELECTOR, ".login_error, #login_error, .jp-mod-error"):
            if element.is_displayed() and element.text.strip():
                raise Failure(f"the page says: {element.text.strip()}")
