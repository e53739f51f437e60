//! Codes between an app and the daemon, imlink's own (decisions.md P26). Numbers never change.

use super::table::codes;

codes! { Local:

    90001 LOCAL_TIMEOUT ByApp;
    "The daemon is running but did not answer in time, so it is unknown whether the call took effect."
    "Find out whether it took effect before repeating the call, and look at the daemon's log if it happens often."

    90002 LOCAL_DENIED Never;
    "The daemon does not grant this user or app the right that the call needs."
    "Run the app as the user the daemon serves, or have the right granted in the daemon's configuration."

    90003 LOCAL_SLOW Automatic;
    "The app read its events too slowly, so the daemon detached it."
    "Read events without blocking; the client attaches again and durable subscriptions resume where they stopped."

    90004 LOCAL_QUOTA ByApp;
    "The app has too many requests, subscriptions or bytes pending at the daemon."
    "Wait for answers to arrive or give up some subscriptions, then repeat the call."

    90005 LOCAL_VERSION Never;
    "The client library and the daemon have no protocol version in common."
    "Update the older of the two, and restart the daemon if it was the one updated."

    90006 LOCAL_STORE_FULL ByApp;
    "The disk is full, or a quota of it is used up, so nothing was accepted."
    "Free disk space; the daemon notices by itself, and then the call can be repeated."

    90007 LOCAL_STORE_FAILED Never;
    "The account's messages cannot be read or kept here, for a reason that the daemon's log names."
    "Look into the daemon's log: its directory may be in use by another process, or belong to somebody else."

    90008 LOCAL_BAD_REQUEST Never;
    "The daemon could not read a frame or an argument of the call."
    "Correct the argument named in the text; if the text names none, report a fault in the client library."

    90009 LOCAL_ACCOUNTS Never;
    "The daemon already holds as many accounts as `max_accounts` allows."
    "Log another account out, or raise `max_accounts` in the daemon's configuration."

    90010 LOCAL_NO_ACCOUNT Never;
    "This app has no connected account to act on, and no account is live to join."
    "Call connect with a token first."

    90011 LOCAL_AMBIGUOUS Never;
    "Several accounts are live and the call does not say which one it means."
    "Name the account in the call."

    90012 LOCAL_SUBSCRIPTION_BUSY ByApp;
    "Another live process, whose pid the text gives, is reading this durable subscription."
    "Stop that process, or read under another subscription name."

    90013 LOCAL_NO_SUBSCRIPTION Never;
    "The app has no subscription with this id."
    "Subscribe first, and use the id that the answer gives."

    90014 LOCAL_STOPPING Automatic;
    "The daemon is stopping and takes no more calls."
    "Wait; the client attaches again by itself once a daemon is running."

    90015 LOCAL_CANCELLED NotApplicable;
    "The app gave the call up, or a disconnect superseded it."
    "Call again if the result is still wanted."

    90016 LOCAL_NO_NAVIGATOR Never, terminal;
    "Nobody can be asked where the gateways are: neither the token nor the daemon's configuration names a usable navigator."
    "Use a token that names its navigator after `@`, or set `navigators` in the daemon's configuration."

    90017 LOCAL_TRANSPORT Never, terminal;
    "The daemon's settings `transport` and `allow_clear_text` rule out every gateway that the cloud offers."
    "Set `transport` in the daemon's configuration (`websocket` takes the user's web slot, `tcp` the desktop slot), or `allow_clear_text` if everybody on the way may read the token."

    90018 LOCAL_INSECURE Automatic;
    "No secure connection to the cloud came about, because its certificate or its TLS is not acceptable, so the token was not sent."
    "Check this machine's clock and the address, or name the cloud's own authority as `ca_file` in the daemon's configuration; the daemon's log says what is wrong with the certificate."

    90019 LOCAL_STORE_NEWER Never;
    "The account's messages were written by a newer version of imlink, and this one does not touch them."
    "Run the newer version again, or connect with the consent to set them aside and begin anew."

    90020 LOCAL_STORE_READ_ONLY ByApp;
    "The account's messages can be read but not changed: their directory or its file system is read-only."
    "Make the state directory writable; the daemon notices by itself."

    90021 LOCAL_TOO_LATE Never;
    "The message is on its way, or its fate is known."
    "Ask where it stands; a message that was sent can be recalled."

    90022 LOCAL_NO_MESSAGE Never;
    "This app sent no message of that id."
    "Use the id that the message was sent with."

    90023 LOCAL_WITHDRAWN NotApplicable;
    "The app took the message back before it was sent, or gave up on it in doubt."
    "Send a new message if it is still wanted."

    90024 LOCAL_PORTAL Automatic;
    "Something on the way answers in the cloud's place, as the sign-in page of a public network does."
    "Sign in to the network with a browser; the daemon tries again by itself."

    90025 LOCAL_CLOCK Automatic;
    "By this machine's clock the certificate of the cloud is not valid yet or not any more, so the token was not sent."
    "Set this machine's clock; if it is right, the cloud has to renew its certificate."

    90026 LOCAL_PIN Automatic;
    "The cloud shows a certificate with none of the pinned keys, so the token was not sent."
    "Find out who answers there; if the cloud has changed its keys, change `pins` in the daemon's configuration."
}
