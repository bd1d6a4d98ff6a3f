# shellcheck shell=bash disable=SC2034 # the tables are used by those who source this
# What scripts/run and scripts/test share: finding out what the system lacks, and installing it where apt is.
#
# The idea: a table says how each need is recognised and which packages meet it. Nothing is installed, and apt is not
# even asked, unless a need is not met. Written for bash 3.2 and newer (macOS).

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf 'emberscope: %s\n' "$*" >&2; }
die() {
    say "$*"
    exit 1
}

# need                         | to do what                     | Debian, Ubuntu        | Fedora               | Arch             | openSUSE
needs_of_run='
links                          | build Rust programs            | gcc libc6-dev         | gcc                  | gcc              | gcc
has_lib libvulkan.so.1         | draw with Vulkan               | libvulkan1            | vulkan-loader        | vulkan-icd-loader| libvulkan1
has_vulkan_driver              | draw, no GPU driver being here | mesa-vulkan-drivers   | mesa-vulkan-drivers  | vulkan-swrast    | libvulkan_lvp
has_lib libX11.so.6            | open a window under X11        | libx11-6              | libX11               | libx11           | libX11-6
has_lib libX11-xcb.so.1        | open a window under X11        | libx11-xcb1           | libX11-xcb           | libx11           | libX11-xcb1
has_lib libXcursor.so.1        | open a window under X11        | libxcursor1           | libXcursor           | libxcursor       | libXcursor1
has_lib libXi.so.6             | open a window under X11        | libxi6                | libXi                | libxi            | libXi6
has_lib libxcb.so.1            | open a window under X11        | libxcb1               | libxcb               | libxcb           | libxcb1
has_lib libxkbcommon-x11.so.0  | open a window under X11        | libxkbcommon-x11-0    | libxkbcommon-x11     | libxkbcommon-x11 | libxkbcommon-x11-0
has_lib libxkbcommon.so.0      | open a window                  | libxkbcommon0         | libxkbcommon         | libxkbcommon     | libxkbcommon0
has_lib libwayland-client.so.0 | open a window under Wayland    | libwayland-client0    | libwayland-client    | wayland          | libwayland-client0
'
needs_of_test='
has_lavapipe                   | draw the tests in software     | mesa-vulkan-drivers   | mesa-vulkan-drivers  | vulkan-swrast    | libvulkan_lvp
command -v Xvfb                | test the window                | xvfb                  | xorg-x11-server-Xvfb | xorg-server-xvfb | xorg-x11-server-Xvfb
command -v xdotool             | test the window                | xdotool               | xdotool              | xdotool          | xdotool
command -v openbox             | test several windows           | openbox               | openbox              | openbox          | openbox
command -v rsvg-convert        | test figures (SVG)             | librsvg2-bin          | librsvg2-tools       | librsvg          | rsvg-convert
has_dejavu                     | test figures without our fonts | fontconfig fonts-dejavu-core | fontconfig dejavu-sans-fonts | fontconfig ttf-dejavu | fontconfig dejavu-fonts
command -v pdftoppm            | test figures (PDF)             | poppler-utils         | poppler-utils        | poppler          | poppler-tools
'

# --- What is there? -------------------------------------------------------------------------------------------------

# Links a C program: rustc calls `cc` to link, and a compiler without the C library's start files is not enough.
links() {
    command -v cc >/dev/null || return 1
    local out
    out=$(mktemp) || return 1
    local status=0
    printf 'int main(void) { return 0; }\n' | cc -x c -o "$out" - 2>/dev/null || status=1
    rm -f "$out"
    return $status
}

# A shared library of this machine's own architecture: winit and wgpu load theirs at run time, by name.
has_lib() {
    local arch='' found
    case $(uname -m) in
    x86_64) arch='x86-64' ;;
    aarch64) arch='AArch64' ;;
    esac
    found=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -F "$1 (" || true)
    [[ $found == *"$arch"* ]] && [ -n "$found" ]
}

# The Vulkan drivers' manifests that the loader would find.
vulkan_manifests() {
    local folder
    for folder in "${XDG_CONFIG_HOME:-${HOME:-}/.config}" /etc/xdg /etc /usr/local/etc \
        "${XDG_DATA_HOME:-${HOME:-}/.local/share}" /usr/local/share /usr/share; do
        compgen -G "$folder/vulkan/icd.d/*.json" || true
    done
}

# A font that every program can be made to take, and is wider than ours.
has_dejavu() {
    local file
    file=$(fc-match --format '%{file}' 'DejaVu Sans' 2>/dev/null) || return 1
    [[ $file == *DejaVu* ]]
}

has_gpu() {
    compgen -G '/dev/dri/renderD*' >/dev/null || compgen -G '/dev/nvidia[0-9]*' >/dev/null || [ -e /dev/dxg ]
}

# lavapipe, Mesa's software driver.
has_lavapipe() { [[ $(vulkan_manifests) == */lvp_icd* ]]; }

# A driver that can draw here: a GPU with any driver installed, else a software driver.
has_vulkan_driver() {
    [ -z "${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-}" ] || return 0
    if has_gpu; then [ -n "$(vulkan_manifests)" ]; else has_lavapipe; fi
}

# Prints `to do what|packages` for each need of the table that is not met; $1 is the column with the packages.
missing() {
    local column=$1 line need
    while IFS= read -r line; do
        [ -n "$line" ] || continue
        need=$(printf '%s' "$line" | cut -d'|' -f1)
        # shellcheck disable=SC2086 # a need is a command and its argument
        if ! $need >/dev/null 2>&1; then
            printf '%s' "$line" | awk -F' *[|] *' -v column="$column" '{ print $2 "|" $column }'
        fi
    done
}

# Joins missing()'s lines to `a b (to do this), c (to do that)`.
in_words() {
    awk -F'|' '
        !($1 in packages) { order[++n] = $1 }
        !seen[$2]++ { packages[$1] = packages[$1] ? packages[$1] " " $2 : $2 }
        END { for (i = 1; i <= n; i++) if (packages[order[i]]) { printf "%s%s (to %s)", sep, packages[order[i]], order[i]; sep = ", " } }'
}

packages_of() { cut -d'|' -f2 | tr ' ' '\n' | sort -u | tr '\n' ' '; }

# --- Installing -----------------------------------------------------------------------------------------------------

# Which column of the tables fits this system: 3 Debian and its family, 4 Fedora, 5 Arch, 6 openSUSE, 0 none.
package_column() {
    local id=''
    # shellcheck disable=SC1091
    [ ! -r /etc/os-release ] || id=$(. /etc/os-release && echo " ${ID:-} ${ID_LIKE:-} ")
    case $id in
    *\ debian\ * | *\ ubuntu\ *) echo 3 ;;
    *\ fedora\ * | *\ rhel\ *) echo 4 ;;
    *\ arch\ *) echo 5 ;;
    *\ suse\ * | *\ opensuse*) echo 6 ;;
    *) echo 0 ;;
    esac
}

# Runs a command as root. Without a terminal sudo must not ask for a password.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

can_be_root() {
    [ "$(id -u)" = 0 ] && return 0
    command -v sudo >/dev/null || return 1
    [ -t 0 ] || sudo -n true 2>/dev/null
}

# Quiet unless it fails.
apt_get() {
    local log status=0
    log=$(mktemp)
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 "$@" >"$log" 2>&1 || status=$?
    [ $status = 0 ] || cat "$log" >&2
    rm -f "$log"
    return $status
}

# The name under which this release has a package: Ubuntu 24.04 and Debian 13 renamed some libraries to `…t64`.
apt_name() {
    if ! apt-cache show "$1" >/dev/null 2>&1 && apt-cache show "${1}t64" >/dev/null 2>&1; then
        echo "${1}t64"
    else
        echo "$1"
    fi
}

# Installs the named packages; fails when that is not possible, with the reason said.
apt_install() {
    if ! apt_get update; then
        say "apt-get update failed, trying once more"
        sleep 3
        apt_get update || say "apt-get update failed again, going on with the lists that are here"
    fi
    local package names=()
    for package in "$@"; do
        names+=("$(apt_name "$package")")
    done
    apt_get install --yes --no-install-recommends "${names[@]}" || {
        say "apt-get could not install: ${names[*]}"
        return 1
    }
}

# Meets the needs of the given table, or says what to install by hand. Fails when something stays missing.
meet_needs() {
    local table=$1 column lacking
    case $(uname -s) in
    Linux) ;;
    Darwin)
        links || say "missing: the Xcode command line tools (to build Rust programs). Install them with: xcode-select --install"
        return
        ;;
    *) return 0 ;; # elsewhere the system brings what drawing needs; cargo names a missing linker itself
    esac
    if ! PATH=$PATH:/sbin:/usr/sbin command -v ldconfig >/dev/null; then
        say "no ldconfig here to look for libraries with; needed are: $(needed_in_words "$table")"
        return 0
    fi

    column=$(package_column)
    lacking=$(printf '%s\n' "$table" | missing "$((column == 0 ? 3 : column))")
    [ -n "$lacking" ] || return 0
    local words packages
    words=$(printf '%s\n' "$lacking" | in_words)
    packages=$(printf '%s\n' "$lacking" | packages_of)
    packages=${packages% }
    case $column in
    3)
        can_be_root || {
            by_hand "$words" "apt-get install $packages (as root: there is no sudo here that works)"
            return 1
        }
        say "installing $words"
        # shellcheck disable=SC2086 # a list
        apt_install $packages || return 1
        lacking=$(printf '%s\n' "$table" | missing 3)
        [ -z "$lacking" ] || {
            say "still missing after the installation: $(printf '%s\n' "$lacking" | in_words)"
            return 1
        }
        ;;
    4) by_hand "$words" "sudo dnf install $packages" ;;
    5) by_hand "$words" "sudo pacman -S --needed $packages" ;;
    6) by_hand "$words" "sudo zypper install $packages" ;;
    *) by_hand "$words" "your package manager (the names above are Debian's)" ;;
    esac
}

by_hand() {
    say "missing: $1. Install by hand: $2"
    return 1
}

needed_in_words() { printf '%s\n' "$1" | awk -F' *[|] *' 'NF > 1 { print $2 "|" $3 }' | in_words; }

# --- Rust -----------------------------------------------------------------------------------------------------------

# Makes sure that a cargo new enough is on the PATH.
need_cargo() {
    if ! command -v cargo >/dev/null && [ -x "${CARGO_HOME:-${HOME:-}/.cargo}/bin/cargo" ]; then
        PATH="${CARGO_HOME:-${HOME:-}/.cargo}/bin:$PATH"
    fi
    local wanted found
    wanted=$(sed -n 's/^rust-version *= *"\([0-9.]*\)".*/\1/p' "$root/Cargo.toml")
    command -v cargo >/dev/null ||
        die "cargo is not found. Install Rust $wanted or newer with rustup, from https://rustup.rs, and open a new shell."
    found=$(rustc --version | cut -d' ' -f2)
    found=${found%%-*}
    [ "$(printf '%s\n%s\n' "$wanted" "$found" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)" = "$wanted" ] ||
        die "Rust is $found, emberscope needs $wanted or newer. With rustup: rustup update stable"
}
