import { quote } from "../runbook/aws-cli";
import { commands } from "../runbook/shell";
import { type Machine, TEXT } from "./script";
import { SIGNING_KEY } from "./signing-key";

/**
 * Returns the registration script for a Linux machine with a POSIX shell, curl and gpg.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/configure-proxy-ssm-agent.html
 */
export function linuxScript({ preface, region, source, proxy }: Machine): string {
  return commands`
    #!/bin/sh
    ${preface.map((line) => `# ${line}`.trimEnd())}
    #
    # Run it as root: sudo sh <this file> [file with ID and code]

    set -eu
    umask 077

    stop() {
        printf '%s\\n' "$1" >&2
        exit 1
    }

    # Prints a field from a file of SSM Agent or the runbook: JSON, or lines with a name and a value.
    field() {
        sed -n "s/.*$1\\"*[ :]*\\"*\\([^\\", ]*\\).*/\\1/p" "$2"
    }

    # Prints the managed node ID, and what Systems Manager shows for it if the AWS CLI and credentials are available.
    report() {
        node=$(field ManagedInstanceID "$registration")
        printf 'This machine is registered as %s in %s.\\n' "$node" "$(field Region "$registration")"
        set -- aws ssm describe-instance-information --region ${quote(region)} --filters "Key=InstanceIds,Values=$node"
        printf 'To see it in Systems Manager, run:\\n    %s\\n' "$*"
        if command -v aws > /dev/null; then
            AWS_PAGER='' AWS_EC2_METADATA_DISABLED=true "$@" || printf 'The AWS CLI could not show it here. Run the command elsewhere.\\n'
        fi
    }

    [ "$(id -u)" = 0 ] || stop 'Run this script as root.'
    registration=/var/lib/amazon/ssm/registration
    if [ -s "$registration" ]; then
        printf 'Nothing was changed. To register this machine again, first run: amazon-ssm-agent -register -clear\\n'
        report
        exit 0
    fi
    for program in curl gpg; do
        command -v "$program" > /dev/null || stop "This machine has no $program. Install it first."
    done

    # The activation
    activation_id=\${SSM_ACTIVATION_ID-}
    activation_code=\${SSM_ACTIVATION_CODE-}
    unset SSM_ACTIVATION_ID SSM_ACTIVATION_CODE
    trap 'exit 1' HUP INT TERM
    if [ $# -gt 0 ]; then
        [ -r "$1" ] || stop "The file $1 cannot be read."
        case $(LC_ALL=C ls -ldL -- "$1") in
            -r[w-]-------*) ;;
            *) stop "Other users can read or write $1. If nobody did, run chmod 600 on it. Otherwise create a new activation." ;;
        esac
        activation_id=$(field ActivationId "$1")
        activation_code=$(field ActivationCode "$1")
    fi
    if [ -z "$activation_id" ]; then
        printf 'Activation ID: ' >&2
        read -r activation_id || stop 'Nothing was entered.'
    fi
    if [ -z "$activation_code" ]; then
        printf 'Activation code (hidden): ' >&2
        trap 'stty echo 2> /dev/null || :' EXIT
        stty -echo 2> /dev/null || :
        read -r activation_code || stop 'Nothing was entered.'
        stty echo 2> /dev/null || :
        printf '\\n' >&2
    fi
    # printf is built into the shell, so no process list shows its arguments.
    printf '%s\\n' "$activation_id" | grep -Eqx '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}' ||
        stop ${quote(TEXT.noId)}
    printf '%s\\n' "$activation_code" | LC_ALL=C grep -Eqx '[!-~]{20,250}' ||
        stop ${quote(TEXT.noCode)}

    # The proxy of SSM Agent. The setup program does not configure it: it uses the environment only for itself.
    proxy=${proxy === undefined ? "${https_proxy-}" : quote(proxy)}
    if [ -n "$proxy" ]; then
        export http_proxy="$proxy" https_proxy="$proxy" no_proxy="169.254.169.254\${no_proxy:+,$no_proxy}"
        case $proxy in http://?* | https://?*) ;; *) proxy=' ' ;; esac
        case $proxy$no_proxy in *[!][A-Za-z0-9:/@._~%,*+-]*) stop ${quote(TEXT.noProxy)} ;; esac
        if [ -d /run/systemd/system ]; then
            for unit in amazon-ssm-agent snap.amazon-ssm-agent.amazon-ssm-agent; do
                mkdir -p "/etc/systemd/system/$unit.service.d"
                # In systemd, % begins a specifier.
                printf '[Service]\\nEnvironment="http_proxy=%s"\\nEnvironment="https_proxy=%s"\\nEnvironment="no_proxy=%s"\\n' \\
                    "$http_proxy" "$https_proxy" "$no_proxy" | sed 's/%/%%/g' > "/etc/systemd/system/$unit.service.d/proxy.conf"
            done
            systemctl daemon-reload
        elif [ -d /etc/init ]; then
            printf 'env http_proxy=%s\\nenv https_proxy=%s\\nenv no_proxy=%s\\n' \\
                "$http_proxy" "$https_proxy" "$no_proxy" > /etc/init/amazon-ssm-agent.override
        else
            stop 'This machine has neither systemd nor Upstart. Configure the proxy of SSM Agent manually, and unset https_proxy.'
        fi
    fi

    # AWS's setup program, for this system and CPU
    case $(uname -m) in
        x86_64 | amd64) cpu=amd64 ;;
        aarch64 | arm64) cpu=arm64 ;;
        *) stop "AWS has no setup program for the CPU $(uname -m), only for x86_64 and arm64." ;;
    esac
    if command -v apt-get > /dev/null; then system=debian; else system=linux; fi
    url=${quote(source)}/${"${system}_$cpu"}/ssm-setup-cli
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    for end in '' .sig; do
        curl --fail --silent --show-error --location --proto '=https' --output "$folder/ssm-setup-cli$end" "$url$end" ||
            stop "The download of $url$end failed."
    done

    # AWS's signature, made with a key that has not expired. AWS publishes the current key here:
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/verify-agent-signature.html
    gpg --homedir "$folder" --batch --quiet --import << 'EOF'
    ${SIGNING_KEY.armored.split("\n")}
    EOF
    result=$(gpg --homedir "$folder" --batch --quiet --status-fd 1 --verify "$folder/ssm-setup-cli.sig" "$folder/ssm-setup-cli") || :
    case $result in
        *'[GNUPG:] GOODSIG '*'[GNUPG:] VALIDSIG ${SIGNING_KEY.fingerprint} '*) ;;
        *) stop ${quote(`The setup program is not signed by AWS, or with another key than the one in this script, which expires on ${SIGNING_KEY.expires}. It was not run.`)} ;;
    esac

    # The setup program installs, registers and starts SSM Agent.
    chmod 700 "$folder/ssm-setup-cli"
    "$folder/ssm-setup-cli" -register -activation-id "$activation_id" -activation-code "$activation_code" -region ${quote(region)} ||
        stop 'The setup program failed. See the reason above.'
    [ -s "$registration" ] || stop ${quote(TEXT.unregistered)}
    report
  `;
}
