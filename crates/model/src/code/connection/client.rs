//! Codes of the client itself: calls in the wrong order, bad settings, the state of its parts.

use crate::code::table::codes;

codes! { Connection:

    -3 PARAMETER_ERROR Never;
    "An argument of the call is wrong."
    "Correct the argument, then repeat the call."

    -2 IPC_DISCONNECT Automatic;
    "The daemon ended or cannot be reached, so calls under way have no result."
    "Nothing if it is restarting, the client attaches again by itself; otherwise start it with `imlink daemon`."

    /// Also what an unknown refusal by the cloud is shown as (decisions.md P11).
    -1 UNKNOWN Automatic;
    "Something went wrong that has no code of its own, or the cloud refused with a reason imlink does not know."
    "Report it with the text beside it; if it was a refusal to connect, imlink tries again about once a minute."

    0 SUCCESS NotApplicable;
    "The call did what it was asked to do."
    "Nothing."

    2 ACTIVE_DISCONNECT NotApplicable;
    "The app itself disconnected."
    "Connect again when the connection is wanted."

    33001 RC_CLIENT_NOT_INIT Never;
    "The client was not initialised."
    "Call init and wait for its result before any other call."

    33003 BIZ_ERROR_INVALID_PARAMETER Never;
    "An argument of the call is wrong."
    "Correct the argument, then repeat the call."

    33004 BIZ_ERROR_NO_CHANNEL Automatic;
    "There is no valid connection for this call."
    "Wait for CONNECTED, then repeat the call."

    33005 BIZ_ERROR_RECONNECT_SUCCESS NotApplicable;
    "The connection is back; this is not an error."
    "Nothing."

    33006 BIZ_ERROR_CONNECTING ByApp;
    "Connect was refused because a connect is in progress."
    "Wait for the result of the one in progress."

    33103 METHOD_BUSY ByApp;
    "The same call is still running."
    "Wait for its result, then call again."

    34001 RC_CONNECTION_EXIST NotApplicable;
    "This app is connected already, or its connection is being re-established."
    "Do not call connect again; to change the user, disconnect first."

    34005 PACKAGE_ENVIRONMENT_ERROR Never;
    "The App Key and the server belong to different environments, such as development and production."
    "Configure the navigation address and App Key of one environment."

    34006 RC_CONNECT_TIMEOUT ByApp, terminal;
    "The time limit given to connect ran out, and trying has stopped."
    "Call connect again, with a longer limit or none if the network is slow."

    34105 INVALID_ARGUMENT_APP_KEY Never;
    "The App Key is empty."
    "Give the App Key from the cloud's console."

    34238 INVALID_PARAMETER_PROXY Never;
    "The proxy settings are empty or malformed."
    "Correct the proxy settings."

    34239 INVALID_PARAMETER_TESTHOST Never;
    "The host to test the proxy against is malformed."
    "Correct the test host."

    34240 INVALID_CONNECT_TESTHOST_FAILED Never;
    "The test host could not be reached through the proxy."
    "Correct the proxy settings, or test against a host that is up."

    34257 INVALID_APP_KEY Never;
    "The App Key is invalid."
    "Give the App Key as the cloud's console shows it."

    34310 SUB_PROCESS_EXIT Automatic;
    "The process that holds the connection ended unexpectedly."
    "Nothing; the connection is made again by itself."

    34311 ADDON_NOT_EXIST Never;
    "A native part of the client library is missing."
    "Install the client library again, for this system and processor."

    34400 ENGINE_DROPPED NotApplicable;
    "The client was closed while the call was running."
    "Make a new client if the result is still wanted."

    34407 INVALID_ARGUMENT_TOKEN Never;
    "The token is empty or too long."
    "Pass the token exactly as the app's server received it."

    34433 INVALID_ARGUMENT_TIMEOUT_SECONDS Never;
    "The time limit is out of range."
    "Give the limit in seconds; zero means none."

    35005 MAIN_PROCESS_ERROR Never;
    "A call failed inside the process that holds the connection."
    "Report it with the call and the text beside it."

    35011 METHOD_NOT_AVAILABLE ByApp;
    "The call needs data that is still being synchronised after the first connect."
    "Wait a moment, then repeat the call."

    99999 NOT_SUPPORTED_YET Never;
    "The call is not supported."
    "Do without it; no later try will help."
}
